/// Makes the arguments and variables of one instance. Many guests never ask for them, so nothing is made before one does.
///
/// Confined to the guest's event loop; each function is called at most once.
public protocol GuestTexts: AnyObject {
    /// Arguments, the program's name first.
    func arguments() -> EncodedStrings

    /// Variables of this instance alone.
    func environment() -> EncodedStrings
}
