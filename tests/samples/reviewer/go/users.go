// Package users looks users up.
package users

import (
	"database/sql"
	"fmt"
)

// Find returns the name of a user.
func Find(db *sql.DB, email string) (string, error) {
	var name string
	query := fmt.Sprintf("SELECT name FROM users WHERE email = '%s'", email)
	err := db.QueryRow(query).Scan(&name)
	return name, err
}
