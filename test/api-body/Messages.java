import io.swagger.v3.parser.OpenAPIV3Parser;
import java.util.List;

/** Prints what swagger-parser, which API Gateway uses for its import warnings, has to say about a body. */
class Messages {
  public static void main(String[] arguments) throws Exception {
    String body = new String(System.in.readAllBytes(), "UTF-8");
    List<String> messages = new OpenAPIV3Parser().readContents(body).getMessages();
    messages.forEach(System.out::println);
  }
}
