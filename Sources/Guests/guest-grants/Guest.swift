// guest-grants: the grant table.
//
// Proves: set-up and versions; mapping by address and by page-table entry, writable and read-only;
// what the entry shows while it is mapped; unmapping, and every handle error; copying both ways and
// its bounds; swapping and replacing; every status code a domain can cause on its own; nothing leaks.
// Method: alone, the domain grants pages to itself by its own number. As two domains under a
// toolstack: `role=granter peer=N` shares pages with domain N, `role=mapper peer=M` maps and copies
// those of domain M; each checks its side and they meet through words in the shared page.
// Expected: "RESULT grants: PASS n checks" (from each of the two).
// Source: public/grant_table.h; answers agree with Xen 4.17.
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("grants", startInfo) {
    VCPUs.stopPeriodicTimer()
    Grants.setUp()
    let info = StartInfo.current
    if info.commandLineHas("role=granter") {
      section { beGranter() }
    } else if info.commandLineHas("role=mapper") {
      section { beMapper() }
    } else {
      section { testTable() }
      section { testMapping() }
      section { testMappingByEntry() }
      section { testMappingErrors() }
      section { testUnmapping() }
      section { testReplacing() }
      section { testCopying() }
      section { testCopyErrors() }
      section { testSwapping() }
      section { testTransferErrors() }
      section { testVersions() }
    }
  }
}
