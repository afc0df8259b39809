namespace MediaEngine.Server;

/// <summary>An HTTP answer of the KMS.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">XML when the request was understood, else a line of text.</param>
/// <param name="IsXml">Which of the two.</param>
/// <param name="Reason">Why it was refused, for the log; null when it was not.</param>
internal sealed record KmsAnswer(int Status, byte[] Body, bool IsXml, string? Reason)
{
    public static KmsAnswer Text(int status, string reason) => new(status, System.Text.Encoding.UTF8.GetBytes(reason + "\n"), false, reason);
}
