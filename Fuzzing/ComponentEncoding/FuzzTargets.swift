/// What the fuzzer of this module runs.
typealias FuzzTargets = EncodingFuzzing
