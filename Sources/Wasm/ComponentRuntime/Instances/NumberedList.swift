/// Things by numbers that begin with zero and are nearly always small. The first few need no memory of their own: an instance
/// is made for each request, and an array for each of its lists would be felt.
struct NumberedList<Element> {
    private static var inlineCount: Int { 4 }

    private var first: [4 of Element?] = .init(repeating: nil)
    private var others: [Element?] = []

    /// The thing of a number; nothing where there is none.
    @inline(__always)
    subscript(number: Int) -> Element? {
        get {
            if number < Self.inlineCount { return first[number] }
            let index = number - Self.inlineCount
            return index < others.count ? others[index] : nil
        }
        set {
            if number < Self.inlineCount {
                first[number] = newValue
                return
            }
            let index = number - Self.inlineCount
            while others.count <= index { others.append(nil) }
            others[index] = newValue
        }
    }

    /// Calls `body` with each thing that is there.
    func forEach(_ body: (Int, Element) -> Void) {
        for number in 0..<(Self.inlineCount + others.count) {
            if let element = self[number] { body(number, element) }
        }
    }
}
