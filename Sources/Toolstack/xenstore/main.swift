import Glibc
import XenStoreTools

let words = commandLineWords()
exit(await runXenStoreTool(words.first ?? "xenstore", Array(words.dropFirst())))
