import Testing

@Test func placeholderForPrimitives() {}
