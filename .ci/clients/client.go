// A client that oapi-codegen generated.
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	client, _ := NewClientWithResponses(os.Getenv("API_URL"))
	ada := SignUp{UserEmail: "go@example.com", UserPassword: "engine of 1837", UserName: "Ada", UserAge: &SignUp_UserAge{}}
	_ = ada.UserAge.FromSignUpUserAge0(36)
	post := func(body SignUp) *SignUpResponse {
		answer, err := client.SignUpWithResponse(context.Background(), nil, body)
		if err != nil {
			panic(err)
		}
		return answer
	}
	created := post(ada).JSON201
	nameless := ada
	nameless.UserName = ""
	wrong := (*post(nameless).ApplicationproblemJSON400.Errors)[0]
	taken := post(ada).ApplicationproblemJSON409
	line := fmt.Sprintf("%d %s %s %d %s", len(created.Uid), wrong.Field, wrong.Code, taken.Status, taken.Errors[0].Code)
	if line != "16 user_name required 409 taken" {
		panic(line)
	}
}
