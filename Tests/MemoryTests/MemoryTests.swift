import Testing

@Test func placeholderForMemory() {}
