//! The worker's hub is the server's: the same seed and the same shift, record by record.
