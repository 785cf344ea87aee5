/// A look for broken invariants that is under way, on a version of its own.
struct StoreCheck {
  var tree: Tree
  var walk: TreeWalk
}

/// What a look for broken invariants found.
public enum CheckResult: Equatable, Sendable {
  /// None in so many nodes.
  case sound(nodes: Int)
  /// This one.
  case broken(String)
}

extension XenStore {
  /// Begins to look for broken invariants in the nodes as they are now.
  public mutating func beginCheck() {
    guard check == nil else { return }
    check = StoreCheck(tree: nodes.fork(), walk: TreeWalk(nodes.tree))
  }

  /// Looks at some more nodes; nil when more are left.
  ///
  /// - Parameter budget: about how many.
  public mutating func continueCheck(budget: Int) -> CheckResult? {
    guard var check = check.take() else { return .sound(nodes: 0) }
    swap(&nodes.tree, &check.tree)
    let progress = check.walk.step(nodes, budget: budget)
    swap(&nodes.tree, &check.tree)
    switch progress {
    case .more:
      self.check = check
      return nil
    case .sound:
      nodes.drop(check.tree)
      return .sound(nodes: check.walk.count)
    case .broken(let fault):
      nodes.drop(check.tree)
      return .broken(fault)
    }
  }
}
