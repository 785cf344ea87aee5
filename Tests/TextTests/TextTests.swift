import Testing

@Test func placeholderForText() {}
