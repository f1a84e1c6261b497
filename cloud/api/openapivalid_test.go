package api

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// judge is what of JSON Schema (2020-12) the description uses. It is stricter in one
// thing: a member that the description does not name is a fault.
type judge struct{ schemas map[string]any }

// faults returns what is wrong with a value; at is where it stands.
func (j judge) faults(schema map[string]any, value any, at string) (list []string) {
	if to, ok := schema["$ref"].(string); ok {
		target, known := j.schemas[strings.TrimPrefix(to, "#/components/schemas/")].(map[string]any)
		if !known {
			return []string{at + ": the description has no " + to}
		}
		return j.faults(target, value, at)
	}
	if choices, ok := schema["anyOf"].([]any); ok {
		for _, each := range choices {
			found := j.faults(each.(map[string]any), value, at)
			if len(found) == 0 {
				return nil
			}
			list = append(list, found...)
		}
		return list
	}
	if want, ok := schema["type"].(string); ok && !isOf(value, want) {
		return []string{fmt.Sprintf("%s: %v is no %s", at, value, want)}
	}
	if want, ok := schema["const"]; ok && !reflect.DeepEqual(want, value) {
		return []string{fmt.Sprintf("%s: %v is not %v", at, value, want)}
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, value) {
		return []string{fmt.Sprintf("%s: %v is none of %v", at, value, words)}
	}
	if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(value.(string)) {
		return []string{fmt.Sprintf("%s: %v is not like %s", at, value, pattern)}
	}
	switch v := value.(type) {
	case []any:
		if items, ok := schema["items"].(map[string]any); ok {
			for i, each := range v {
				list = append(list, j.faults(items, each, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case map[string]any:
		list = append(list, j.members(schema, v, at)...)
	}
	return list
}

// members judges an object.
func (j judge) members(schema, value map[string]any, at string) (list []string) {
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := value[name.(string)]; !there {
			list = append(list, fmt.Sprintf("%s has no %s", at, name))
		}
	}
	properties, described := schema["properties"].(map[string]any)
	if !described {
		return list
	}
	for name, each := range value {
		if p, known := properties[name].(map[string]any); known {
			list = append(list, j.faults(p, each, at+"."+name)...)
		} else {
			list = append(list, fmt.Sprintf("%s.%s is not described", at, name))
		}
	}
	return list
}

// isOf reports whether a value is of a type of JSON Schema.
func isOf(value any, want string) bool {
	switch v := value.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case float64:
		return want == "number" || want == "integer" && v == math.Trunc(v)
	}
	return want == "null"
}

// jsonOf reads any JSON.
func jsonOf(text string) (value any, err error) {
	err = json.Unmarshal([]byte(text), &value)
	return value, err
}
