import Testing

@Test func placeholderForX86Devices() {}
