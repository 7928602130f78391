/// Takes what guests write to their standard error, and to standard output where that is not the answer.
public protocol GuestLog: Sendable {
    /// Called on an event loop with whole lines, without their ends. Must hand them on and return.
    func guestWrote(_ lines: [String], component: String, requestID: String)
}
