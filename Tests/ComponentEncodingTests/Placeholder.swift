enum ComponentEncodingTestsPlaceholder {}
