using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms issue</c>.</summary>
internal static class KmsIssueCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--kms") { Description = "Folder of the KMS", HelpName = "folder", Required = true };
        var users = new Option<string[]>("--user") { Description = "MC service user ID, or URI of a server (repeatable)", HelpName = "uri", Required = true };
        var period = new Option<long?>("--period") { Description = "Key period; default: the previous, the current and the next one", HelpName = "number" };
        var file = new Option<string>("--out") { Description = "File to write, for its owner only", HelpName = "file", Required = true };
        var storeKey = KmsCommand.StoreKeyOption();
        return new ExampleCommand(
            "issue",
            "Issue keys into a file of key material, for a profile's 'kms.keys' or a server's 'kms.material'.",
            "mcx kms issue --kms kms --user sip:alice@mcx.example --out alice.kms.xml")
        {
            folder, users, period, file, storeKey,
        }.WithBody(CommandBody.JsonOption(), (parsed, output, _) =>
        {
            Issue(output, parsed.GetValue(folder)!, parsed.GetValue(users)!, parsed.GetValue(period), parsed.GetValue(file)!, parsed.GetValue(storeKey));
            return Task.CompletedTask;
        });
    }

    private static void Issue(CommandOutput output, string folder, string[] users, long? period, string file, string? storeKey)
    {
        string keyPath = storeKey ?? Path.Combine(folder, DataFolder.StoreKeyName);
        using StoreSeal seal = StoreSeal.Load(keyPath, Environment.GetEnvironmentVariable(StoreSeal.EnvironmentVariable), mayCreate: false)!;
        using KeyAuthority authority = KeyAuthorityFolder.Load(folder, seal);
        KeyManagementServer kms = authority.Certificate.Kms;
        long[] periods = period is { } one ? [one] : [.. KeyPeriods.HeldAt(kms, DateTimeOffset.UtcNow)];
        if (!periods.All(number => KeyPeriods.IsInRange(kms, number)))
            throw new ToolException($"--period {period}: not a key period of {kms.Uri}; the current one is {KeyPeriods.PeriodAt(kms, DateTimeOffset.UtcNow)}.");
        var keySets = new List<UserKeySet>();
        try
        {
            foreach (string user in users.Distinct())
            {
                if (user.Length is 0 or > UserKeySet.MaxUri_bytes || user.Any(char.IsControl))
                    throw new ToolException($"--user '{user}': not a URI, such as sip:alice@mcx.example.");
                keySets.AddRange(periods.Select(number => authority.Issue(user, number, SystemEntropy.Instance)));
            }
            byte[] document = KmsMaterial.Write([authority.Certificate], keySets);
            SecretFile.Write(file, document);
            Array.Clear(document);
        }
        finally
        {
            keySets.ForEach(keys => keys.Dispose());
        }
        output.Result(
            $"keys of {string.Join(", ", users.Distinct())} for key periods {string.Join(", ", periods)} are in {file}; hand it over secretly",
            new JsonObject
            {
                ["kms"] = kms.Uri,
                ["users"] = new JsonArray([.. users.Distinct().Select(user => (JsonNode)user)]),
                ["periods"] = new JsonArray([.. periods.Select(number => (JsonNode)number)]),
                ["file"] = file,
            });
    }
}
