/// Small random changes of components, repeatable from a seed.
struct Mutations: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    /// Bytes with one to four places changed, removed or added.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !result.isEmpty {
            let place = Int.random(in: result.indices, using: &self)
            switch Int.random(in: 0..<8, using: &self) {
            case 0: result.remove(at: place)
            case 1: result.insert(UInt8.random(in: 0...255, using: &self), at: place)
            case 2: result[place] = UInt8.random(in: 0...255, using: &self)
            case 3: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 4: result[place] &+= 1
            case 5: result[place] &-= 1
            case 6: result[place] = UInt8.random(in: 0..<8, using: &self)
            default: result.swapAt(place, Int.random(in: result.indices, using: &self))
            }
        }
        return result
    }
}
