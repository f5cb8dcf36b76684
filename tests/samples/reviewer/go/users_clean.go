// Package users looks users up.
package users

import "database/sql"

// Find returns the name of a user.
func Find(db *sql.DB, email string) (string, error) {
	var name string
	err := db.QueryRow("SELECT name FROM users WHERE email = $1", email).Scan(&name)
	return name, err
}
