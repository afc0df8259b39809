using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms show</c>.</summary>
internal static class KmsShowCommand
{
    private const int Fingerprint_bytes = 16;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Certificate or key material of a KMS (XML)" };
        return new ExampleCommand(
            "show",
            "Show what is in a file of certificates and key sets, checked, without any secret.",
            "mcx kms show alice.kms.xml")
        {
            file,
        }.WithBody(CommandBody.JsonOption(), (parsed, output, _) =>
        {
            Show(output, parsed.GetValue(file)!, DateTimeOffset.UtcNow);
            return Task.CompletedTask;
        });
    }

    private static void Show(CommandOutput output, string path, DateTimeOffset now)
    {
        using KmsMaterial material = KmsFile.Load(path);
        var text = new List<string>();
        var certificates = new JsonArray();
        foreach (KmsCertificate certificate in material.Certificates)
        {
            string fingerprint = FingerprintOf(certificate);
            bool usable = certificate.IsUsableAt(now);
            text.Add(string.Create(CultureInfo.InvariantCulture,
                $"KMS {certificate}: {(usable ? "valid" : certificate.Revoked ? "REVOKED" : "NOT VALID")} {Time(certificate.ValidFrom)} to {Time(certificate.ValidTo)}, key period {certificate.Kms.UserKeyPeriod_s} s, domains {string.Join(", ", certificate.Domains)}, fingerprint {fingerprint}"));
            certificates.Add(new JsonObject
            {
                ["kms"] = certificate.Kms.Uri,
                ["usable"] = usable,
                ["revoked"] = certificate.Revoked,
                ["validFrom"] = certificate.ValidFrom?.ToString("O", CultureInfo.InvariantCulture),
                ["validTo"] = certificate.ValidTo?.ToString("O", CultureInfo.InvariantCulture),
                ["userKeyPeriod_s"] = certificate.Kms.UserKeyPeriod_s,
                ["userKeyOffset_s"] = certificate.Kms.UserKeyOffset_s,
                ["domains"] = new JsonArray([.. certificate.Domains.Select(domain => (JsonNode)domain)]),
                ["fingerprint"] = fingerprint,
            });
        }
        var keySets = new JsonArray();
        foreach (ReceivedKeySet received in material.KeySets)
        {
            string state = StateOf(material, received, now);
            text.Add($"{received.UserUri}: key period {received.KeyPeriodNumber} of {received.KmsUri}, {state}");
            keySets.Add(new JsonObject { ["user"] = received.UserUri, ["kms"] = received.KmsUri, ["period"] = received.KeyPeriodNumber, ["state"] = state });
        }
        output.Result(string.Join('\n', text), new JsonObject { ["certificates"] = certificates, ["keySets"] = keySets });
    }

    private static string StateOf(KmsMaterial material, ReceivedKeySet received, DateTimeOffset now)
    {
        KmsCertificate? certificate = material.Certificates.FirstOrDefault(candidate => candidate.Kms.Uri == received.KmsUri);
        if (certificate is null)
            return "certificate missing";
        UserKeySetOutcome outcome = UserKeySet.Receive(certificate, received, out UserKeySet? keys);
        keys?.Dispose();
        if (outcome != UserKeySetOutcome.Ok)
            return $"refused: {outcome}";
        return (received.KeyPeriodNumber - KeyPeriods.PeriodAt(certificate.Kms, now)) switch
        {
            0 => "current",
            1 => "next",
            -1 => "previous",
            < 0 => "expired",
            _ => "of the future",
        };
    }

    /// <summary>Over both public keys, so that people can compare certificates.</summary>
    private static string FingerprintOf(KmsCertificate certificate)
    {
        byte[] digest = SHA256.HashData([.. certificate.KmsPublicKey.Octets, .. certificate.KmsPublicAuthenticationKey.Octets]);
        return Convert.ToHexStringLower(digest.AsSpan(0, Fingerprint_bytes));
    }

    private static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "ever";
}
