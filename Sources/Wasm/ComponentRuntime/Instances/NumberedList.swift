/// Things by numbers that begin with zero and are nearly always small. The first few need no memory of their own: an instance
/// is made for each request, and an array for each of its lists would be felt.
struct NumberedList<Element> {
    private static var inlineCount: Int { 4 }

    private var first: [4 of Element?] = .init(repeating: nil)
    private var others: [Element?] = []
    /// The number after the highest that was used.
    private(set) var end = 0

    /// The thing of a number; nothing where there is none.
    @inline(__always)
    subscript(number: Int) -> Element? {
        get {
            if number < Self.inlineCount { return first[number] }
            let index = number - Self.inlineCount
            return index < others.count ? others[index] : nil
        }
        set {
            end = max(end, number + 1)
            if number < Self.inlineCount {
                first[number] = newValue
                return
            }
            let index = number - Self.inlineCount
            while others.count <= index { others.append(nil) }
            others[index] = newValue
        }
    }

}
