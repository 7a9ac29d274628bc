import Testing

/// Mutated inputs for everything that reads bytes of others: no crash, no hang, bounded memory, and for each reader what
/// must hold of anything that it accepts. docs/FUZZING.md tells how to run it and how to see a failure again.
@Suite(.serialized) struct FuzzTests {}
