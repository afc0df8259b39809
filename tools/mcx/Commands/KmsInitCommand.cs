using System.CommandLine;
using System.Text.Json.Nodes;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms init</c>.</summary>
internal static class KmsInitCommand
{
    private const int Day_s = 24 * 3600;

    public static Command Create()
    {
        var uri = new Option<string>("--uri") { Description = "URI of the KMS; part of every user's identifier", HelpName = "uri", Required = true };
        var domain = new Option<string?>("--domain") { Description = "Security domain it serves; default: the URI without its first label", HelpName = "name" };
        var folder = new Option<string>("--out") { Description = "Folder to make", HelpName = "folder", Required = true };
        var storeKey = KmsCommand.StoreKeyOption();
        var period = new Option<int>("--key-period-days") { Description = "How long a user's keys live", HelpName = "days", DefaultValueFactory = _ => KeyAuthorityFolder.DefaultKeyPeriod_s / Day_s };
        period.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3650)
                result.AddError("--key-period-days must be 1 to 3650.");
        });
        return new ExampleCommand(
            "init",
            "Make a KMS: its certificate, and its secrets sealed under a store key.",
            "mcx kms init --uri kms.mcx.example --out kms")
        {
            uri, domain, folder, storeKey, period,
        }.WithBody(CommandBody.JsonOption(), (parsed, output, _) =>
        {
            Init(output, parsed.GetValue(uri)!, parsed.GetValue(domain), parsed.GetValue(folder)!, parsed.GetValue(storeKey), parsed.GetValue(period) * Day_s);
            return Task.CompletedTask;
        });
    }

    private static void Init(CommandOutput output, string uri, string? domain, string folder, string? storeKey, int period_s)
    {
        if (uri.Length > UserKeySet.MaxUri_bytes || uri.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
            throw new ToolException("--uri: not the URI of a KMS, such as kms.mcx.example.");
        if (KeyAuthorityFolder.Exists(folder))
            throw new ToolException($"{folder}: there is a KMS already; its users' keys would be lost. Choose another folder.");
        string keyPath = storeKey ?? Path.Combine(folder, DataFolder.StoreKeyName);
        using StoreSeal seal = StoreSeal.Load(keyPath, Environment.GetEnvironmentVariable(StoreSeal.EnvironmentVariable), mayCreate: true)!;
        using KeyAuthority authority = KeyAuthorityFolder.Generate(
            uri, domain ?? uri[(uri.IndexOf('.', StringComparison.Ordinal) + 1)..], DateTimeOffset.UtcNow, SystemEntropy.Instance, period_s);
        KeyAuthorityFolder.Save(folder, authority, seal);
        string certificate = Path.Combine(folder, KeyAuthorityFolder.CertificateName);
        output.Result(
            $"KMS {uri} made in {folder}; give {certificate} to partners, keep {keyPath} apart from backups of the folder",
            new JsonObject { ["kms"] = uri, ["certificate"] = certificate, ["secrets"] = Path.Combine(folder, KeyAuthorityFolder.SecretsName), ["storeKey"] = keyPath });
    }
}
