using System.Text;
using System.Text.Json.Nodes;
using MediaEngine.Keys;

namespace MediaEngine.Tool;

/// <summary>A parsed MIKEY message as a JSON object, and as lines. What could hold a key is named by its length only.</summary>
internal static class MikeyDescription
{
    public static JsonObject Of(MikeyMessage message)
    {
        MikeyHeader header = message.Header;
        var sessions = new JsonArray();
        foreach (CryptoSessionEntry entry in header.CryptoSessions)
            sessions.Add((JsonNode)Session(entry));
        var payloads = new JsonArray();
        for (int i = 0; i < message.Count; i++)
            payloads.Add((JsonNode)Payload(message[i]));
        return new JsonObject
        {
            ["length"] = message.Octets.Length,
            ["dataType"] = header.DataType.ToString(),
            ["verificationRequested"] = header.VerificationRequested,
            ["prf"] = header.PseudoRandomFunction.ToString(),
            ["csbId"] = header.BundleId.ToString(),
            ["purpose"] = header.BundleId.Purpose.ToString(),
            ["mapType"] = header.MapType.ToString(),
            ["cryptoSessions"] = sessions,
            ["payloads"] = payloads,
        };
    }

    /// <summary>One line for each field, indented below what it belongs to.</summary>
    public static string Lines(JsonObject description)
    {
        var text = new StringBuilder();
        Append(text, description, 0);
        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, JsonObject fields, int depth)
    {
        foreach ((string name, JsonNode? value) in fields)
        {
            if (value is not JsonArray items)
            {
                text.Append(' ', depth).Append(name).Append(": ").AppendLine(value?.ToString());
            }
            else if (items.Count > 0)
            {
                text.Append(' ', depth).Append(name).AppendLine(":");
                foreach (JsonNode? item in items)
                {
                    int start = text.Length;
                    Append(text, item!.AsObject(), depth + 4);
                    text[start + depth + 2] = '-';
                }
            }
        }
    }

    private static JsonObject Session(CryptoSessionEntry entry) => new()
    {
        ["csId"] = entry.CryptoSessionId,
        ["protocol"] = entry.ProtocolType,
        ["policies"] = string.Join(' ', entry.Policies.ToArray()),
        ["sessionData"] = Convert.ToHexStringLower(entry.SessionData),
        ["spi"] = Convert.ToHexStringLower(entry.Spi),
    };

    private static JsonObject Payload(MikeyPayload payload)
    {
        var fields = new JsonObject { ["type"] = payload.Type.ToString(), ["offset"] = payload.Offset, ["length"] = payload.Octets.Length };
        switch (payload.Type)
        {
            case MikeyPayloadType.Timestamp:
                MikeyTimestamp timestamp = payload.AsTimestamp();
                fields["timestampType"] = timestamp.Type.ToString();
                fields["value"] = timestamp.Type == MikeyTimestampType.Counter ? $"{timestamp.Value}" : timestamp.Ntp.ToString();
                break;
            case MikeyPayloadType.Rand:
                fields["rand"] = Convert.ToHexStringLower(payload.AsRand());
                break;
            case MikeyPayloadType.Identity or MikeyPayloadType.IdentityWithRole:
                MikeyIdentity identity = payload.AsIdentity();
                if (identity.Role is { } role)
                    fields["role"] = role.ToString();
                fields["identityType"] = identity.Type.ToString();
                fields["identity"] = IsText(identity) ? Encoding.UTF8.GetString(identity.Data) : Convert.ToHexStringLower(identity.Data);
                break;
            case MikeyPayloadType.SecurityPolicy:
                MikeySecurityPolicy policy = payload.AsSecurityPolicy();
                fields["number"] = policy.Number;
                fields["protocol"] = policy.ProtocolType;
                fields["parameters"] = Parameters(policy);
                break;
            case MikeyPayloadType.KeyDataTransport:
                MikeyKeyDataTransport transport = payload.AsKeyDataTransport();
                fields["encryption"] = transport.Encryption.ToString();
                fields["encryptedLength"] = transport.EncryptedData.Length;
                fields["macAlgorithm"] = transport.MacAlgorithm.ToString();
                break;
            case MikeyPayloadType.Verification:
                payload.AsVerification(out MikeyMacAlgorithm algorithm);
                fields["macAlgorithm"] = algorithm.ToString();
                break;
            case MikeyPayloadType.Error:
                fields["error"] = payload.AsErrorNumber().ToString();
                break;
            case MikeyPayloadType.GeneralExtension:
                MikeyGeneralExtension extension = payload.AsGeneralExtension();
                fields["extensionType"] = extension.Type.ToString();
                fields["dataLength"] = extension.Data.Length;
                break;
            case MikeyPayloadType.Sakke:
                MikeySakke sakke = payload.AsSakke();
                fields["parameterSet"] = sakke.ParameterSet;
                fields["scheme"] = sakke.Scheme.ToString();
                fields["encapsulatedLength"] = sakke.EncapsulatedData.Length;
                break;
            case MikeyPayloadType.Signature:
                MikeySignature signature = payload.AsSignature();
                fields["signatureType"] = signature.Type.ToString();
                fields["signature"] = Convert.ToHexStringLower(signature.Value);
                break;
        }
        return fields;
    }

    private static JsonArray Parameters(MikeySecurityPolicy policy)
    {
        var parameters = new JsonArray();
        foreach (MikeySecurityParameter parameter in policy)
            parameters.Add((JsonNode)new JsonObject { ["parameter"] = parameter.Type.ToString(), ["value"] = Convert.ToHexStringLower(parameter.Value) });
        return parameters;
    }

    // Hidden identities are UIDs even where the ID type says URI.
    private static bool IsText(MikeyIdentity identity)
    {
        if (identity.Type == MikeyIdentityType.ByteString ||
            identity.Role is MikeyIdentityRole.InitiatorUserIdentifier or MikeyIdentityRole.ResponderUserIdentifier)
            return false;
        foreach (byte octet in identity.Data)
        {
            if (octet is < 0x20 or >= 0x7F)
                return false;
        }
        return true;
    }
}
