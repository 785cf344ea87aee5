import Testing

@Test func placeholderForTimekeeping() {}
