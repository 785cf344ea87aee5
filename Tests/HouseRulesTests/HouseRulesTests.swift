import Testing

@Test func placeholderForHouseRules() {}
