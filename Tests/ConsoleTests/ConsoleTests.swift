import Testing

@Test func placeholderForConsole() {}
