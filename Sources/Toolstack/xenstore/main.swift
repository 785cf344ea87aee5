import Glibc
import XenStoreTools

let words = CommandLine.arguments
exit(await runXenStoreTool(words.first ?? "xenstore", Array(words.dropFirst())))
