import Testing

@Test func placeholderForSync() {}
