/// Whether two figures are the same up to the rounding of their last digits: a relative difference of at most 1e-12.
func isClose(_ ours: Double, _ theirs: Double) -> Bool {
  abs(ours - theirs) <= 1e-12 * max(abs(ours), abs(theirs))
}
