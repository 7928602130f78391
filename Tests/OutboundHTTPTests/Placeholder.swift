enum OutboundHTTPTestsPlaceholder {}
