import Testing

@Test func placeholderForX86Format() {}
