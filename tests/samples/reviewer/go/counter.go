// Package counter counts visits.
package counter

import "sync"

// Count counts visits from many goroutines.
func Count(visits []string) map[string]int {
	counts := map[string]int{}
	var group sync.WaitGroup
	for _, visit := range visits {
		group.Add(1)
		go func(name string) {
			defer group.Done()
			counts[name]++
		}(visit)
	}
	group.Wait()
	return counts
}
