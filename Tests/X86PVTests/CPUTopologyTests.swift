import Testing
import X86Devices
import X86Format
import X86PV

@Suite struct CPUTopologyTests {
  @Test func leafElevenSaysHowIdsAreCut() {
    // Two threads a core, eight CPUs a socket.
    let topology = CPUTopology { leaf, subleaf in
      switch (leaf, subleaf) {
      case (0, _): CPULeaf(eax: 13)
      case (0xb, 0): CPULeaf(eax: 1, ebx: 2)
      case (0xb, 1): CPULeaf(eax: 3, ebx: 8)
      default: CPULeaf()
      }
    }
    let place = topology.place(ofAPIC: 0b1_011)
    #expect(place.core == 1)
    #expect(place.socket == 1)
  }

  @Test func olderLeavesAreRoundedUpToPowersOfTwo() {
    // Six CPUs in a package, of three cores.
    let topology = CPUTopology { leaf, _ in
      switch leaf {
      case 0: CPULeaf(eax: 4)
      case 1: CPULeaf(ebx: 6 << 16, edx: 1 << 28)
      case 4: CPULeaf(eax: 2 << 26)
      default: CPULeaf()
      }
    }
    #expect(topology.socketBits == 3)
    #expect(topology.threadBits == 1)
  }

  @Test func oneCPUIsACoreAndASocketOfItsOwn() {
    let topology = CPUTopology { leaf, _ in leaf == 0 ? CPULeaf(eax: 1) : CPULeaf() }
    let place = topology.place(ofAPIC: 5)
    #expect(place.core == 0)
    #expect(place.socket == 5)
  }
}
