enum ComponentEncodingPlaceholder {}
