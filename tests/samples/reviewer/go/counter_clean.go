// Package counter counts visits.
package counter

// Count counts visits.
func Count(visits []string) map[string]int {
	counts := map[string]int{}
	for _, visit := range visits {
		counts[visit]++
	}
	return counts
}
