import Testing

@Test func placeholderForX86PV() {}
