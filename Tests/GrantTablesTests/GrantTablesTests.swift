import Testing

@Test func placeholderForGrantTables() {}
