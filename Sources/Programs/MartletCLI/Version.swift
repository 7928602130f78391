/// The version that `martlet --version` prints.
public enum Version {
    /// Major, minor and patch, see CHANGELOG.md.
    public static let text = "0.1.0"
}
