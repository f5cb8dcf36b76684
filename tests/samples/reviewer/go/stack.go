// Package stack is a stack of numbers.
package stack

// Stack is a stack.
type Stack struct{ items []int }

// Push puts a number on it.
func (s *Stack) Push(item int {
	s.items = append(s.items, item)
}
