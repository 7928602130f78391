enum WASIHTTPTestsPlaceholder {}
