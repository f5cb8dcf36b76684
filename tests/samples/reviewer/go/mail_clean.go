// Package mail sends mail.
package mail

import (
	"net/smtp"
	"os"
)

// Send sends a message to one address.
func Send(to string, message []byte) error {
	auth := smtp.PlainAuth("", "shop", os.Getenv("SMTP_PASSWORD"), "mail.internal")
	return smtp.SendMail("mail.internal:587", auth, "shop@example.com", []string{to}, message)
}
