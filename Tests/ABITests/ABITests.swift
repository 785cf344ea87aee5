import Testing

@Test func placeholderForABI() {}
