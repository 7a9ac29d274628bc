import Glibc

// The functions of the kernels in double precision.

func exponential(_ x: Double) -> Double { exp(x) }

func logarithm(_ x: Double) -> Double { log(x) }

func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }

func swish(_ x: Double) -> Double { x / (1 + exp(-x)) }

func tangent(_ x: Double) -> Double { tanh(x) }
