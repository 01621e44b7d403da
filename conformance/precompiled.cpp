// The target that precompiles the slow headers needs a source.
