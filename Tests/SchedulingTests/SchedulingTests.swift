import Testing

@Test func placeholderForScheduling() {}
