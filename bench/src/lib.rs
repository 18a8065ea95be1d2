//! Holds the criterion benches of the workspace in `benches/`; nothing else.
