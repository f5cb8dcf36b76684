// Package mail sends mail.
package mail

import "net/smtp"

const smtpPassword = "@@password@@"

// Send sends a message to one address.
func Send(to string, message []byte) error {
	auth := smtp.PlainAuth("", "shop", smtpPassword, "mail.internal")
	return smtp.SendMail("mail.internal:587", auth, "shop@example.com", []string{to}, message)
}
