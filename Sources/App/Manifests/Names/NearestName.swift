/// The name of `names` that `misspelt` most likely stands for, or `nil` when none is near.
func nearestName(to misspelt: String, in names: [String]) -> String? {
    let text = Array(misspelt.lowercased().unicodeScalars.prefix(64))
    let reach = max(1, text.count / 3)
    var best: (name: String, distance: Int)?
    for name in names {
        let distance = editDistance(text, Array(name.lowercased().unicodeScalars.prefix(64)))
        if distance <= reach, distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `one` into `other`.
private func editDistance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for i in 0..<one.count {
        var row = [i + 1]
        for j in 0..<other.count {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
            if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[other.count]
}

/// "a, b and c", for sentences.
func listed(_ names: [String], conjunction: String = "and") -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "nothing" }
    return names.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}
