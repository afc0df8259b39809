using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary><c>mcx kms</c>: the four commands of a key management server.</summary>
internal static class KmsCommand
{
    public static Command Create() => new("kms", "Make a key management server (KMS), issue and fetch users' keys (TS 33.180 5.3, annex D).")
    {
        KmsInitCommand.Create(),
        KmsIssueCommand.Create(),
        KmsFetchCommand.Create(),
        KmsShowCommand.Create(),
    };

    /// <summary>The options that name a KMS's folder and the key that seals its secrets.</summary>
    public static Option<string?> StoreKeyOption() => new("--store-key")
    {
        Description = "File of the key that seals the KMS's secrets; default: store.key in its folder",
        HelpName = "file",
    };
}
