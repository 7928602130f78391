enum WASIHTTPPlaceholder {}
