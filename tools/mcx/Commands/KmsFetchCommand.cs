using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms fetch</c>.</summary>
internal static class KmsFetchCommand
{
    public static Command Create()
    {
        var profile = new Option<string>("--profile") { Description = "Profile file of the client (YAML)", HelpName = "file", Required = true };
        return new ExampleCommand(
            "fetch",
            "Fetch the user's keys and the KMS's certificates over HTTPS, check them, and keep them in the profile's file of key material.",
            "mcx kms fetch --profile alice.yaml")
        {
            profile,
        }.WithBody(CommandBody.JsonOption(), (parsed, output, cancellation) => FetchAsync(output, parsed.GetValue(profile)!, cancellation));
    }

    private static async Task FetchAsync(CommandOutput output, string path, CancellationToken cancellation)
    {
        using ClientProfile profile = ClientProfileReader.LoadWithoutIdentityKeys(path);
        if (ClientProfileReader.PermissionWarning(path) is { } warning)
            output.Warning(warning);
        if (profile.Kms is not { Url: not null } access)
            throw new ToolException($"{path}: kms.url is missing; add the address of the KMS, such as https://kms.mcx.example:8443.");
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var client = new KmsClient(profile);
        using IdentityKeys keys = await client.FetchAsync(now, cancellation).ConfigureAwait(false);
        WarnOfAnotherKms(output, access.KeysPath, keys);
        byte[] document = KmsMaterial.Write(keys);
        SecretFile.Write(access.KeysPath, document);
        Array.Clear(document);
        DateTimeOffset until = KeyPeriods.EndOf(keys.Kms, keys.KeyPeriodNumbers[^1]);
        output.Result(
            string.Create(CultureInfo.InvariantCulture,
                $"keys of {keys.Uri} from {keys.Kms.Uri} for key periods {string.Join(", ", keys.KeyPeriodNumbers)}, until {until:yyyy-MM-dd}, are in {access.KeysPath}"),
            new JsonObject
            {
                ["user"] = keys.Uri,
                ["kms"] = keys.Kms.Uri,
                ["periods"] = new JsonArray([.. keys.KeyPeriodNumbers.Select(number => (JsonNode)number)]),
                ["until"] = until.ToString("O", CultureInfo.InvariantCulture),
                ["trusted"] = new JsonArray([.. keys.TrustedKms.Select(kms => (JsonNode)kms.Uri)]),
                ["file"] = access.KeysPath,
            });
    }

    // It may be a KMS made anew; it may be somebody else's.
    private static void WarnOfAnotherKms(CommandOutput output, string path, IdentityKeys keys)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using KmsMaterial kept = KmsFile.Load(path);
            KmsCertificate before = kept.Certificates[0];
            if (before.Kms != keys.Kms || !before.KmsPublicKey.Octets.SequenceEqual(keys.Certificate.KmsPublicKey.Octets) ||
                !before.KmsPublicAuthenticationKey.Octets.SequenceEqual(keys.Certificate.KmsPublicAuthenticationKey.Octets))
                output.Warning($"the KMS has another certificate than before; compare its fingerprint with the operator's: mcx kms show {path}");
        }
        catch (ConfigurationException e)
        {
            output.Warning($"{e.Message} It is replaced.");
        }
    }
}
