import Testing

@Test func placeholderForEventChannels() {}
