import Testing

@Test func placeholderForFormats() {}
